"""Signs a person up through `sam local start-api`, and sends one event through `sam local invoke`.

The packaged functions run in SAM's containers, behind the routes of template.yaml; `local` serves the stand-ins for
DynamoDB, KMS and SES beside them. Needs Docker, `sam`, packages for this machine's processor, and Python's own
library. SAM fetches its image from public.ecr.aws; with SAM_SKIP_PULL_IMAGE=1 it takes the one that is there.
"""

import argparse
import contextlib
import http.cookiejar
import json
import pathlib
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EVENTS = HERE.parent / "events"
# What a browser sees; the gateway on this machine answers in its place.
API = "http://accounts.example.com"
ORIGIN = "https://app.example.com"
ADDRESS = "grace@example.com"
SECRET_KEY = "sk_live_local"


def story(browser, mail):
    """One person's visit, by at least one route of each function."""
    environment = browser("GET", "/v1/environment", 200)
    expect("object", environment.get("object"), "environment")
    expect("body", browser("GET", "/v1/client", 200), {"response": None, "client": None})

    sign_ups = "/v1/client/sign_ups"
    sign_up = browser("POST", sign_ups, 200, {"email_address": ADDRESS})["response"]
    expect("status", sign_up["status"], "missing_requirements")
    sign_up_path = f"{sign_ups}/{sign_up['id']}"
    sign_up = browser("PATCH", sign_up_path, 200, {"first_name": "Grace"})["response"]
    expect("first_name", sign_up["first_name"], "Grace")
    sign_up = browser("POST", f"{sign_up_path}?_method=PATCH", 200, {"last_name": "Hopper"})["response"]
    expect("last_name", sign_up["last_name"], "Hopper")

    browser("POST", f"{sign_up_path}/prepare_verification", 200, {"strategy": "email_code"})
    code = mail(ADDRESS)["code"]
    attempt = f"{sign_up_path}/attempt_verification"
    wrong = {"strategy": "email_code", "code": "999999" if code == "000000" else "000000"}
    browser.refused("POST", attempt, 422, "form_code_incorrect", wrong)
    sign_up = browser("POST", attempt, 200, {"strategy": "email_code", "code": code})["response"]
    expect("status", sign_up["status"], "complete")
    cookies = browser.cookies()
    suffixed = {name for name in cookies if name.startswith("__client_uat_")}
    expect("cookies", set(cookies) - suffixed, {"__client", "__client_uat"})
    expect("cookies with a suffix", len(suffixed), 1)

    session = f"/v1/client/sessions/{sign_up['created_session_id']}"
    browser("POST", f"{session}/touch", 200, {"intent": "select_session"})
    expect("parts of the token", browser("POST", f"{session}/tokens", 200)["jwt"].count("."), 2)
    me = f"?_clerk_session_id={sign_up['created_session_id']}"
    expect("first_name", browser("GET", f"/v1/me{me}", 200)["response"]["first_name"], "Grace")
    # A greedy route, by its POST twin.
    changed = browser("POST", f"/v1/me/metadata{me}&_method=PATCH", 200, {"unsafe_metadata": '{"a":1}'})
    expect("unsafe_metadata", changed["response"]["unsafe_metadata"], {"a": 1})

    keys = browser("GET", "/v1/jwks", 200, headers={"authorization": f"Bearer {SECRET_KEY}"})["keys"]
    expect("keys", len(keys), 1)
    browser("OPTIONS", sign_ups, 204)
    browser.refused("GET", "/v1/nothing/here", 404, "resource_not_found")
    browser.refused("POST", "/v1/health", 405, "method_not_allowed")

    browser("POST", "/v1/client/sessions?_method=DELETE", 200)
    expect("__client_uat after the sign-out", browser.cookies()["__client_uat"], "0")
    browser.refused("GET", f"/v1/me{me}", 401, "authentication_invalid")


class Browser:
    """Asks the gateway for the API's own host name, as behind its domain, and keeps the cookies that it sets."""

    def __init__(self, port):
        # What `Secure` asks for is TLS, which ends before the gateway.
        policy = http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
        self.jar = http.cookiejar.CookieJar(policy)
        gateway = urllib.request.ProxyHandler({"http": f"http://127.0.0.1:{port}"})
        self.opener = urllib.request.build_opener(gateway, urllib.request.HTTPCookieProcessor(self.jar))

    def __call__(self, method, path, status, form=None, headers=None):
        """The body of an answer that has this status."""
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(API + path, data, {"origin": ORIGIN} | (headers or {}), method=method)
        try:
            # The first request may wait for SAM's image.
            answer = self.opener.open(request, timeout=300)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            text = answer.read()
        print(f"{method:<8} {path.split('?')[0]:<70} {answer.status}", flush=True)
        if answer.status != status:
            raise Unexpected(f"expected {status}, found {answer.status} {text.decode()}")
        expect("allowed origin", answer.headers["access-control-allow-origin"], ORIGIN)
        return json.loads(text) if text else None

    def refused(self, method, path, status, code, form=None):
        """Checks that an answer is this refusal."""
        errors = self(method, path, status, form)["errors"]
        expect("code", [error["code"] for error in errors], [code])

    def cookies(self):
        return {cookie.name: cookie.value for cookie in self.jar}


class Unexpected(Exception):
    """An answer that is not as it should be."""


def expect(what, found, expected):
    if found != expected:
        raise Unexpected(f"{what}: expected {expected!r}, found {found!r}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument(
        "--packages", type=pathlib.Path, default=ROOT / "target/lambda", help="lambda directory of `cargo lambda build`"
    )
    arguments.add_argument("--local", type=pathlib.Path, required=True, help="the binary `local`")
    arguments.add_argument(
        "--host",
        default="172.17.0.1",
        help="address of this machine that containers reach: of Docker's bridge; 127.0.0.1 with Docker Desktop",
    )
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
    """Starts what it takes, tells the story, and sends the event."""
    inbox, gateway, port = free_port(), free_port(), free_port(given.host)
    services = f"{given.host}:{port}"
    local = [given.local.resolve(), "--memory", "--port", str(inbox), "--services", services]
    wait_for(given.host, port, start(local, cwd=ROOT))
    create_table(services)

    project(scratch, given.packages, port)
    start_api = ["sam", "local", "start-api", "--port", str(gateway), *overrides()]
    wait_for("127.0.0.1", gateway, start(start_api, cwd=scratch))

    def mail(address):
        query = urllib.parse.urlencode({"to": address})
        with urllib.request.urlopen(f"http://127.0.0.1:{inbox}/dev/messages?{query}", timeout=10) as answer:
            return json.load(answer)[0]

    story(Browser(gateway), mail)
    invoke("CreateFunction", EVENTS / "sign-up.json", scratch)


def project(directory, packages, port):
    """Lays out what `sam` reads: the packages where the template names them, and this run's port."""
    for file in ["template.yaml", "samconfig.toml"]:
        shutil.copy(ROOT / file, directory)
    (directory / "target").mkdir()
    (directory / "target/lambda").symlink_to(packages.resolve())
    variables = (HERE / "environment.json").read_text()
    (directory / "tests/sam").mkdir(parents=True)
    (directory / "tests/sam/environment.json").write_text(variables.replace(":4566", f":{port}"))


def overrides():
    """The packages are for this machine's processor."""
    architecture = "x86_64" if platform.machine() in {"x86_64", "AMD64"} else "arm64"
    return ["--parameter-overrides", f"Architecture={architecture}"]


def invoke(function, event, scratch):
    """Sends an event as it stands, and checks that a client's cookie comes back."""
    command = ["sam", "local", "invoke", function, "--event", event, *overrides()]
    done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0 or not done.stdout:
        raise Unexpected(f"{function} {event.name}: no answer\n{done.stderr}")
    answer = json.loads(done.stdout)
    print(f"{'invoke':<8} {f'{function} {event.name}':<70} {answer['statusCode']}", flush=True)
    expect("status", answer["statusCode"], 200)
    expect("name of the cookie", answer["cookies"][0].split("=")[0], "__client")


def create_table(services):
    """Makes a table of the functions' own: `local` has another instance's key ring in its table."""
    headers = {"x-amz-target": "DynamoDB_20120810.CreateTable", "content-type": "application/x-amz-json-1.0"}
    request = urllib.request.Request(f"http://{services}/", (HERE / "table.json").read_bytes(), headers)
    urllib.request.urlopen(request, timeout=10).close()


def end(process):
    """Ends a process; SAM takes its time to remove the containers."""
    process.terminate()
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port(host="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def wait_for(host, port, process):
    """Waits until a server that was just started answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise Unexpected(f"nothing answers at {host}:{port}")


if __name__ == "__main__":
    sys.exit(main())
