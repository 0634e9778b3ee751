# shellcheck shell=bash
# What the steps stand on: the machine's packages, Python environments, servers in the background.

# Runs a step, and says how long it took.
step() {
    local name=$1 start=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@"
    printf '== %s: %d s\n' "$name" $((SECONDS - start))
}

# Installs what a bare machine lacks.
prepare_machine() {
    local missing=()
    command -v cc >/dev/null || missing+=(build-essential)
    command -v curl >/dev/null || missing+=(curl ca-certificates)
    command -v chromium >/dev/null || missing+=(chromium)
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    if ((${#missing[@]})); then
        apt-get update -q
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
    fi

    # rust-toolchain.toml names the toolchain; a machine that has it need not ask for it again.
    if ! { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1; then
        rustup toolchain install
    fi
    cargo --version
    node --version
    python3 --version
}

# Makes the Python environment $CACHE/NAME from a list of requirements, anew if the list has changed.
python_environment() {
    local name=$1 requirements=$2
    local directory="$CACHE/$name"
    if ! cmp -s "$requirements" "$directory/requirements.txt"; then
        python3 -m venv --clear "$directory"
        "$directory/bin/pip" install -q -r "$requirements"
        cp "$requirements" "$directory/requirements.txt"
    fi
}

# Starts a server in the background and waits until it answers; its output goes to $CACHE/NAME.log.
# Usage: start_server NAME PORT COMMAND…
start_server() {
    local name=$1 port=$2 log="$CACHE/$1.log"
    shift 2
    "$@" >"$log" 2>&1 &
    SERVERS+=("$!")
    for _ in {1..600}; do
        if (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            return
        fi
        kill -0 "$!" 2>/dev/null || break
        sleep 0.1
    done
    printf '%s does not answer on port %s:\n' "$name" "$port" >&2
    tail -n 50 "$log" >&2
    return 1
}

# Ends the servers that were started, and those alone.
end_servers() {
    local pid
    for pid in "${SERVERS[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    SERVERS=()
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

SERVERS=()
