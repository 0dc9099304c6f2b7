import queue


class Worker:
    def run(self, job):
        return job()

    def stop(self):
        pass


class WorkerPool:
    def __init__(self, size=4):
        self._idle = queue.Queue()
        for _ in range(size):
            self._idle.put(Worker())

    def take(self):
        return self._idle.get()

    def give_back(self, worker):
        self._idle.put(worker)


class Special(WorkerPool):
    def take(self):
        print("take")
        return super().take()  # expect: ok
