import gzip
import json


def unsafe(path):
    file = open(path)  # expect: LK102
    data = json.load(file)
    file.close()
    return data


def nobody_closes(path):
    return json.load(open(path))  # expect: LK105


def one_way_out(path):
    file = open(path)  # expect: LK103
    if not path.endswith(".json"):
        return None
    try:
        return json.load(file)
    finally:
        file.close()


def packed(path):
    file = gzip.open(path, "rt")  # expect: LK101
    return file.read()


def the_caller_closes(path):
    return open(path)  # expect: ok


def safe(path):
    with open(path) as file:  # expect: ok
        return json.load(file)


def closed_in_the_end(path):
    file = open(path)  # expect: ok
    try:
        return json.load(file)
    finally:
        if not file.closed:
            file.close()
