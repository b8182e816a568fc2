# The tap and target-postgres. docs/how-to/run-in-a-container.md says how to run it.
#
# A tag can move. Pin what you have tested: `docker pull python:3.12-slim` prints the digest;
# build with --build-arg BASE=python:3.12-slim@sha256:...
ARG BASE=python:3.12-slim
FROM ${BASE}
WORKDIR /opt
RUN useradd --uid 10001 --create-home zencoder && install -d -o 10001 -g 10001 -m 700 /state
COPY pyproject.toml README.md LICENSE source/
COPY requirements source/requirements
RUN python -m venv tap && python -m venv target \
 && tap/bin/pip install --no-cache-dir --require-hashes -r source/requirements/tap.txt \
 && target/bin/pip install --no-cache-dir --require-hashes -r source/requirements/target-postgres.txt
COPY tap_zencoder source/tap_zencoder
RUN tap/bin/pip install --no-cache-dir --no-deps ./source
COPY --chmod=755 examples/nightly.sh .
ENV PATH=/opt/tap/bin:/opt/target/bin:$PATH
# The loader's settings in meltano.yml.
ENV TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA=tap_zencoder TARGET_POSTGRES_LOAD_METHOD=upsert \
    TARGET_POSTGRES_USE_COPY=true TARGET_POSTGRES_VALIDATE_RECORDS=false \
    TARGET_POSTGRES_BATCH_SIZE_ROWS=20000 TARGET_POSTGRES_SANITIZE_NULL_TEXT_CHARACTERS=true
# A number: Kubernetes cannot see whether a name is root (runAsNonRoot).
USER 10001:10001
WORKDIR /state
ENV FOLDER=/state
# As process 1, the script ends the tap and the loader on SIGTERM. It needs no init.
CMD ["/opt/nightly.sh", "target-postgres", "--config", "ENV"]
