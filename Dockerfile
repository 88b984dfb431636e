# Gatehouse and everything it runs on, as requirements.lock pins it. `docker compose build` makes it.
ARG PYTHON=3.12-slim-bookworm

FROM python:${PYTHON} AS packages
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement /tmp/requirements.lock

FROM python:${PYTHON}
# Volumes that are new take over these folders' owner.
RUN groupadd --gid 50000 gatehouse \
 && useradd --uid 50000 --gid gatehouse --no-create-home --home-dir /opt/airflow gatehouse \
 && install --directory --owner gatehouse --group gatehouse \
      /opt/airflow /opt/airflow/auth /opt/airflow/logs /opt/gatehouse /opt/gatehouse/files
COPY --from=packages /opt/venv /opt/venv
COPY include /opt/gatehouse/include
COPY dags /opt/gatehouse/dags
COPY plugins /opt/gatehouse/plugins
RUN printf '#!/opt/venv/bin/python\nfrom gatehouse.cli import main\n\nmain()\n' > /opt/venv/bin/gatehouse \
 && chmod 0755 /opt/venv/bin/gatehouse \
 && /opt/venv/bin/python -m compileall -q /opt/gatehouse
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/opt/gatehouse/include \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/airflow
WORKDIR /opt/airflow
USER 50000:50000
CMD ["airflow", "version"]
