"""Lints template.yaml in the form in which CloudFormation receives it.

The SAM template itself lints clean with dangling references in environments and policies and with unknown keys
in events: only the transformed template shows them. Needs no account, no credentials and no network.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

# The transform asks for a region, though nothing is called there.
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = pathlib.Path(__file__).resolve().parents[2]


class NoManagedPolicies:
    """The account's managed policies by name, of which the template names none."""

    def load(self):
        return {}


def transformed(template: pathlib.Path) -> dict:
    """The template as the transform leaves it, with every package already uploaded."""
    document = yaml_parse(template.read_text())
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://packages/package.zip"
    return transform(document, {}, NoManagedPolicies(), None)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("output", type=pathlib.Path, help="where the transformed template is written")
    output = arguments.parse_args().output

    try:
        document = transformed(ROOT / "template.yaml")
    except InvalidDocumentException as mistakes:
        print(mistakes.message, *(cause.message for cause in mistakes.causes), sep="\n", file=sys.stderr)
        return 1
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(document, indent=2))
    return subprocess.run(["cfn-lint", "--template", output], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
