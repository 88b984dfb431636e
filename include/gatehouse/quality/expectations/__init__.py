"""What Gatehouse expects of a round's data, as Great Expectations' classes: a file for each table.

Each class fixes its columns, its description and its severity, names its table, and says its failure in words.
Severity ``critical`` makes a round inadmissible, ``warning`` does not. Importing a file here imports GX.
"""
