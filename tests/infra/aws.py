"""The AWS CLI, as far as the README's commands need it: `aws SERVICE OPERATION --parameter value …`.

Over botocore's own models, so that a service, an operation or a parameter that AWS does not have is an
error here, too. Amazon's release of the CLI pins a botocore that the stand-in for AWS excludes.
"""

import json
import os
import pathlib
import sys

import boto3
import jmespath
from botocore import xform_name

FLAGS = ("query", "output")


def main(arguments):
    service, operation, *rest = arguments
    client = boto3.client(service, region_name=os.environ["AWS_REGION"])
    if operation == "wait":
        waiter = xform_name(rest.pop(0).replace("-", "_"))
        call, operation = client.get_waiter(waiter).wait, xform_name(client.get_waiter(waiter).config.operation, "-")
    names = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
    if operation not in names:
        sys.exit(f"aws: {service} has no {operation}")
    if arguments[1] != "wait":
        call = getattr(client, xform_name(names[operation]))
    flags, parameters, output = read(client.meta.service_model.operation_model(names[operation]).input_shape, rest)
    answer = call(**parameters) or {}
    answer.pop("ResponseMetadata", None)
    if output:
        pathlib.Path(output).write_bytes(answer.pop("Payload").read())
    if answer:
        say(jmespath.search(flags["query"], answer) if "query" in flags else answer, flags.get("output"))


def read(shape, rest):
    """The options of the CLI itself, the operation's parameters, and the file for its payload."""
    members = {xform_name(name, "-"): (name, kind) for name, kind in shape.members.items()}
    flags, parameters, output = {}, {}, None
    while rest:
        option = rest.pop(0)
        if not option.startswith("--"):
            # `lambda invoke` names that file at its end.
            output = option
        elif option[2:] in FLAGS:
            flags[option[2:]] = rest.pop(0)
        elif option[2:] in members:
            name, kind = members[option[2:]]
            given = values(rest, 1 if kind.type_name != "list" else len(rest))
            parameters[name] = value(kind, given)
        else:
            sys.exit(f"aws: there is no {option}")
    return flags, parameters, output


def values(rest, most):
    """What stands before the next option."""
    found = []
    while rest and len(found) < most and not rest[0].startswith("--"):
        found.append(rest.pop(0))
    return found


def value(kind, words):
    if kind.type_name == "list":
        return [one(kind.member, word) for word in words]
    if kind.type_name == "boolean":
        return words[:1] != ["false"]
    return one(kind, words[0])


def one(kind, word):
    """One word as botocore wants it."""
    if word.startswith("fileb://"):
        return pathlib.Path(word.removeprefix("fileb://")).read_bytes()
    match kind.type_name:
        case "structure" | "map":
            return json.loads(word) if word.startswith("{") else shorthand(kind, word)
        case "integer" | "long":
            return int(word)
        case "boolean":
            return word == "true"
        case _:
            return word


def shorthand(kind, word):
    """`Key=value,Key=value`."""
    pairs = (pair.split("=", 1) for pair in word.split(","))
    return {name: one(kind.members[name], text) for name, text in pairs}


def say(answer, form):
    if form == "text":
        for line in answer if isinstance(answer, list) else [answer]:
            print(line)
    else:
        print(json.dumps(answer, default=str))


main(sys.argv[1:])
