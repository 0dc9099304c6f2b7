# withheld
from redis.client import Pipeline
from redis.exceptions import WatchError


class Queue:
    def enqueue(self, job, pipeline: Pipeline | None = None):
        pipe = pipeline if pipeline is not None else self.connection.pipeline()
        while True:
            try:
                pipe.watch(job.key)
                for dependency in job.fetch(pipe):
                    if dependency.status:
                        job.save(pipe)
                        if pipeline is None:
                            pipe.execute()
                        return job
                break
            except WatchError:
                if pipeline is None:
                    continue
                else:
                    raise
        return self.rest(job, pipe)
