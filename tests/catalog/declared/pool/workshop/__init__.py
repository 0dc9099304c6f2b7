from workshop.pool import WorkerPool as WorkerPool
