# One image for every component of Airflow. It starts from plain Python, not from Airflow's own image, so that it
# holds exactly the packages of requirements.lock: what `make setup` installs and the tests ran with.
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/copydesk/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/copydesk/plugins

WORKDIR /opt/copydesk

# Apart from the code, so that a change of the code does not install 170 packages again.
COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r requirements.lock

# Editable, because Airflow puts plugins/ on the path anyway: a copy in site-packages would be a second copydesk.
COPY pyproject.toml README.md LICENSE ./
COPY plugins ./plugins
COPY sql ./sql
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable .

COPY dags ./dags

# The code stays root's: what runs in a task can't change it. Docker gives new volumes the owner of the folder that
# they cover, which is why these folders are made here. 50000:0 are the ids of Airflow's own image.
RUN useradd --uid 50000 --gid 0 --home-dir "$AIRFLOW_HOME" --create-home airflow \
    && install --directory --owner airflow --group root --mode 0775 "$AIRFLOW_HOME/logs" "$AIRFLOW_HOME/digests"
USER airflow

CMD ["airflow", "version"]
