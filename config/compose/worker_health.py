"""Tell whether the worker of this container is registered in the queue and alive."""

import os
import socket
import sys

from redis import Redis
from rq import Worker

workers = Worker.all(connection=Redis.from_url(os.environ["CKAN_REDIS_URL"]))
sys.exit(not any(worker.hostname == socket.gethostname() for worker in workers))
