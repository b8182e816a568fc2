"""The Celery application of the workers: `celery -A worker worker --queues dagster`."""

import os

from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_execute_job_task, create_resume_job_task

app = make_app(
    {
        "broker": os.environ["DAGSTER_CELERY_BROKER"],
        "backend": os.environ["DAGSTER_CELERY_BACKEND"],
        "task_default_queue": "dagster",
    }
)
app.conf.update(
    # A run belongs to a worker until it is done: one that dies leaves it to another,
    # after the visibility timeout. No run may take longer than that.
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    broker_transport_options={
        "visibility_timeout": int(os.environ.get("ZENCODER_LONGEST_RUN", "3600"))
    },
)
execute_job = create_execute_job_task(app)
resume_job = create_resume_job_task(app)
