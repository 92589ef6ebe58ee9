"""How the web process runs, with bin/up as in production."""

import gc
import os

wsgi_app = "wsgi:application"
chdir = os.path.dirname(os.path.abspath(__file__))
bind = os.environ.get("TERRITOIRES_BIND", "127.0.0.1:5000")
# Two processes use two cores; their threads wait for PostgreSQL and Solr.
workers = int(os.environ.get("TERRITOIRES_WEB_PROCESSES", "2"))
threads = 4
worker_class = "gthread"
timeout = 120
graceful_timeout = 20
keepalive = 5
# A worker is renewed now and then, so that no slow leak lasts.
max_requests = 5000
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
accesslog = None


def post_worker_init(worker: object) -> None:
    """Leave what lasts as long as the process out of the garbage collector's rounds.

    Each would go through the whole of CKAN and of the territories; an answer makes thousands of
    objects, which reference counts free.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
