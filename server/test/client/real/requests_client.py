# Python Requests. Every program in this folder reads requests from its standard input, one a line: method, address, key,
# encoding and fields (name:value, each in base64, separated by commas), separated by tabs; it answers each with a line
# of status and body, the body in base64.
import base64, sys
import requests

def plain(text):
    return base64.b64decode(text).decode()

for line in sys.stdin:
    method, url, key, encoding, fields = line.rstrip("\n").split("\t")
    pairs = [tuple(map(plain, one.split(":"))) for one in fields.split(",") if one]
    more = {
        "query": lambda: {"params": pairs},
        "form": lambda: {"data": pairs},
        "json": lambda: {"json": dict(pairs)},
        "multipart": lambda: {"files": [(name, (None, value)) for name, value in pairs]},
    }[encoding]()
    answer = requests.request(method, url, headers={"apiKey": key}, timeout=30, **more)
    print(answer.status_code, base64.b64encode(answer.content).decode(), sep="\t", flush=True)
