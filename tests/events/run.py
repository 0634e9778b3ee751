"""Sends the gateway's events to the packaged functions, and checks what they answer.

The functions run from the packages that would be deployed, under the runtime API of `cargo lambda watch`; `local`
serves the stand-ins for DynamoDB, KMS and SES beside them. One person signs up: each event that follows carries
what the answers before it gave. Needs `cargo lambda` and Python's own library.
"""

import argparse
import base64
import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FUNCTIONS = ["account", "attempt", "create", "prepare", "read", "set-active"]
ORIGIN = "https://app.example.com"
TABLE = "postern-events"
ADDRESS = "ada@example.com"


def story(send, mail):
    """Signs a person up, and asks for what is not to be had."""
    environment = send("read", "environment", 200)
    expect("object", environment.body.get("object"), "environment")

    nobody = send("read", "client", 200)
    expect("body", nobody.body, {"response": None, "client": None})

    sign_up = send("create", "sign-up", 200).resource("sign_up_attempt")
    expect("status", sign_up["status"], "missing_requirements")
    expect("unverified_fields", sign_up["unverified_fields"], ["email_address"])
    send.values["sign_up"] = sign_up["id"]

    sign_up = send("create", "sign-up-patched", 200).resource("sign_up_attempt")
    expect("first_name", sign_up["first_name"], "Ada")

    sign_up = send("prepare", "sign-up-prepared", 200).resource("sign_up_attempt")
    expect("verification", sign_up["verifications"]["email_address"]["status"], "unverified")
    code = mail(ADDRESS)["code"]

    send.values["code"] = "999999" if code == "000000" else "000000"
    send("attempt", "sign-up-attempted", 422).error("form_code_incorrect")

    send.values["code"] = code
    sign_up = send("attempt", "sign-up-attempted", 200).resource("sign_up_attempt")
    expect("status", sign_up["status"], "complete")
    send.values["session"] = sign_up["created_session_id"]

    send("set-active", "session-touched", 200).resource("session")
    token = send("set-active", "session-token", 200).body["jwt"]
    expect("parts of the token", token.count("."), 2)

    send("account", "me", 200).resource("user")

    send("set-active", "session-touched-without-client", 401).error("authentication_invalid")
    send("account", "me-without-session", 401).error("authentication_invalid")
    send("read", "unknown-route", 404).error("resource_not_found")
    send("read", "wrong-method", 405).error("method_not_allowed")
    send("read", "options", 204)


class Answer:
    """What a function gave back to the gateway."""

    def __init__(self, answer):
        self.status = answer["statusCode"]
        self.headers = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
        self.cookies = answer.get("cookies") or []
        text = answer.get("body") or ""
        text = base64.b64decode(text).decode() if answer.get("isBase64Encoded") else text
        self.body = json.loads(text) if text else None

    def resource(self, kind):
        """The resource of a success that also carries the client."""
        expect("object", self.body["response"]["object"], kind)
        if "client" not in self.body:
            raise Unexpected("the answer carries no client")
        return self.body["response"]

    def error(self, code):
        """Checks the envelope of a refusal."""
        expect("code", [error["code"] for error in self.body["errors"]], [code])
        for name in ["message", "long_message"]:
            if not self.body["errors"][0].get(name):
                raise Unexpected(f"the error has no {name}")
        if not self.body.get("clerk_trace_id"):
            raise Unexpected("the error has no clerk_trace_id")


class Gateway:
    """Sends the events, and keeps what later ones need: ids, the code, the client's cookie."""

    def __init__(self, port, scratch):
        self.port = port
        self.scratch = scratch
        self.values = {}

    def __call__(self, function, event, status):
        text = (HERE / f"{event}.json").read_text()
        file = self.scratch / "event.json"
        file.write_text(re.sub(r"\$\{(\w+)\}", lambda name: self.values[name[1]], text))
        command = ["cargo", "lambda", "invoke", function, "--data-file", file]
        command += ["--invoke-address", "127.0.0.1", "--invoke-port", str(self.port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise Unexpected(f"{function} {event}: no answer\n{done.stderr}")

        answer = Answer(json.loads(done.stdout))
        for cookie in answer.cookies:
            if cookie.startswith("__client="):
                self.values["client"] = cookie.removeprefix("__client=").split(";")[0]
        print(f"{function:<10} {event:<30} {answer.status}", flush=True)
        if answer.status != status:
            raise Unexpected(f"expected {status}, found {answer.status} {answer.body}")
        expect("allowed origin", answer.headers.get("access-control-allow-origin"), ORIGIN)
        if answer.body is not None:
            expect("content type", answer.headers.get("content-type"), "application/json")
        return answer


class Unexpected(Exception):
    """An answer that is not as it should be."""


def expect(what, found, expected):
    if found != expected:
        raise Unexpected(f"{what}: expected {expected!r}, found {found!r}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--packages", type=pathlib.Path, required=True, help="lambda directory of `cargo lambda build`")
    arguments.add_argument("--local", type=pathlib.Path, required=True, help="the binary `local`")
    given = arguments.parse_args()

    with contextlib.ExitStack() as stack:
        scratch = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        log = stack.enter_context((scratch / "log").open("w+"))

        def start(command, **options):
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)
            stack.callback(end, process)
            return process

        try:
            check(start, given, scratch)
        except (Unexpected, OSError, LookupError, TypeError, ValueError, subprocess.SubprocessError) as problem:
            log.seek(0)
            print(log.read(), f"{type(problem).__name__}: {problem}", sep="\n", file=sys.stderr)
            return 1
    return 0


def check(start, given, scratch):
    """Starts what it takes, and tells the story."""
    inbox, services, runtime = free_port(), free_port(), free_port()
    local = start([given.local.resolve(), "--memory", "--port", str(inbox), "--services", str(services)], cwd=ROOT)
    wait_for(services, local)
    create_table(services)
    watch = ["cargo", "lambda", "watch", "--only-lambda-apis"]
    watch += ["--invoke-address", "127.0.0.1", "--invoke-port", str(runtime)]
    wait_for(runtime, start(watch, cwd=ROOT))
    for function in FUNCTIONS:
        package = unpack(given.packages / function / "bootstrap.zip", scratch / function)
        start([package / "bootstrap"], cwd=package, env=environment(function, services, runtime))

    def mail(address):
        query = urllib.parse.urlencode({"to": address})
        with urllib.request.urlopen(f"http://127.0.0.1:{inbox}/dev/messages?{query}", timeout=10) as answer:
            return json.load(answer)[0]

    story(Gateway(runtime, scratch), mail)


def unpack(package, directory):
    """Unpacks as Lambda does: the function finds its settings beside it."""
    with zipfile.ZipFile(package) as archive:
        expect(f"files in {package}", sorted(archive.namelist()), ["bootstrap", "postern.toml"])
        archive.extractall(directory)
    (directory / "bootstrap").chmod(0o755)
    return directory


def environment(function, services, runtime):
    """What Lambda and template.yaml set, with the stand-ins in the services' place."""
    services = f"http://127.0.0.1:{services}"
    return {
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_RUNTIME_API": f"http://127.0.0.1:{runtime}/.rt/{function}",
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL_DYNAMODB": services,
        "AWS_ENDPOINT_URL_KMS": services,
        "AWS_ENDPOINT_URL_SESV2": services,
        "POSTERN_SETTINGS": "postern.toml",
        "POSTERN_TABLE": TABLE,
        "POSTERN_KMS_KEY": "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000",
    }


def create_table(services):
    """Makes a table of the functions' own: `local` has another instance's key ring in its table."""
    table = {
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }
    headers = {"x-amz-target": "DynamoDB_20120810.CreateTable", "content-type": "application/x-amz-json-1.0"}
    request = urllib.request.Request(f"http://127.0.0.1:{services}/", json.dumps(table).encode(), headers)
    urllib.request.urlopen(request, timeout=10).close()


def end(process):
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process):
    """Waits until a server that was just started answers on its port."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise Unexpected(f"nothing answers on port {port}")


if __name__ == "__main__":
    sys.exit(main())
