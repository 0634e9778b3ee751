# shellcheck shell=bash
# The steps that take more than one command, in the order in which they run.

check_scripts() {
    python_environment ci .ci/requirements.txt
    "$CACHE/ci/bin/shellcheck" -x .ci/run .ci/*.sh
}

check_documentation() {
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked
}

# The tests of the store and of races once more, by the endpoint variable alone, against an implementation of
# DynamoDB that shares nothing with the embedded one.
test_second_dynamodb() {
    local port
    port=$(free_port)
    start_server ministack "$port" \
        env BIND_HOST=127.0.0.1 GATEWAY_PORT="$port" IOT_MTLS_ENABLED=0 "$CACHE/ci/bin/ministack"
    AWS_ENDPOINT_URL_DYNAMODB="http://127.0.0.1:$port" \
        AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \
        cargo test --workspace --locked --test store --test races
    end_servers
}

test_in_browser() {
    (
        cd tests/browser || exit
        npm ci --no-audit --no-fund
        POSTERN_LOCAL="$CARGO_TARGET_DIR/debug/local" npm test
    )
}

# The checker of the wire contract, where it lies beside the checkout.
check_contract() {
    local checker=../shared/checks/conformance
    if [[ ! -d $checker ]]; then
        echo "No checker beside the checkout"
        return
    fi
    python_environment conformance "$checker/requirements.txt"
    start_server local 3000 "$CARGO_TARGET_DIR/debug/local" --memory --port 3000
    PYTHONDONTWRITEBYTECODE=1 "$CACHE/conformance/bin/python" "$checker/conformance.py" --base http://127.0.0.1:3000
    end_servers
}

check_template() {
    python_environment template tests/template/requirements.txt
    PATH="$CACHE/template/bin:$PATH" AWS_DEFAULT_REGION=eu-central-1 sam validate --lint
    PATH="$CACHE/template/bin:$PATH" python tests/template/lint.py "$CACHE/template.json"
}

# The profile `lambda` links in a minute; what is deployed is built by `--release`.
build_packages() {
    python_environment lambda tests/events/requirements.txt
    PATH="$CACHE/lambda/bin:$PATH" cargo lambda build --profile lambda --locked \
        --workspace --exclude postern-local --exclude postern-tests \
        --output-format zip --include postern.toml --lambda-dir "$CARGO_TARGET_DIR/packages"
}

test_gateway_events() {
    PATH="$CACHE/lambda/bin:$PATH" python3 tests/events/run.py \
        --packages "$CARGO_TARGET_DIR/packages" --local "$CARGO_TARGET_DIR/debug/local"
}

# Where there is Docker, and the image in which SAM runs a function.
test_sam_local() {
    local image=public.ecr.aws/lambda/provided:al2023-x86_64
    if ! docker image inspect "$image" >/dev/null 2>&1 && ! docker pull --quiet "$image" 2>/dev/null; then
        echo "No Docker here, or no $image"
        return
    fi
    SAM_SKIP_PULL_IMAGE=1 PATH="$CACHE/template/bin:$PATH" python3 tests/sam/run.py \
        --packages "$CARGO_TARGET_DIR/packages" --local "$CARGO_TARGET_DIR/debug/local"
}

# Nothing of all this may have changed a file.
check_checkout() {
    local tree
    tree=$(git status --porcelain || true)
    if [[ $tree != "$CHECKOUT" ]]; then
        printf 'The checks changed the checkout:\n%s\n' "$tree" >&2
        return 1
    fi
}
