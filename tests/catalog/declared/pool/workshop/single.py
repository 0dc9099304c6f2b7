_worker = object()


def one_worker():
    return _worker


def done_with(worker):
    print("done")
