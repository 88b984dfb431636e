"""What we remember: tables, repositories, migrations, and raw outputs by their hash. The one door to SQLAlchemy."""
