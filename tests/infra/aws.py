"""The AWS CLI, as far as the README's commands need it: `aws SERVICE OPERATION --parameter value …`.

Over botocore's own models, so that a service, an operation or a parameter that AWS does not have is an
error here, too. Amazon's release of the CLI pins a botocore that the stand-in for AWS excludes.
"""

import json
import pathlib
import sys

import boto3
import jmespath
from botocore import xform_name

FLAGS = ("query", "output")


def main(arguments):
    service, operation, *rest = arguments
    client = boto3.client(service)
    names = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
    if operation not in names:
        sys.exit(f"aws: {service} has no {operation}")
    shape = client.meta.service_model.operation_model(names[operation]).input_shape
    members = {xform_name(name, "-"): (name, kind) for name, kind in shape.members.items()}
    flags, parameters, output = {}, {}, None
    while rest:
        option = rest.pop(0)
        if not option.startswith("--"):
            # `lambda invoke` names the file for the answer's payload at its end.
            output = option
            continue
        option = option[2:]
        if option in FLAGS:
            flags[option] = rest.pop(0)
        elif option in members:
            name, kind = members[option]
            parameters[name] = value(kind, values(rest))
        elif option.startswith("no-") and option[3:] in members:
            parameters[members[option[3:]][0]] = False
        else:
            sys.exit(f"aws: {service} {operation} has no --{option}")
    answer = getattr(client, xform_name(names[operation]))(**parameters)
    answer.pop("ResponseMetadata", None)
    if output:
        pathlib.Path(output).write_bytes(answer.pop("Payload").read())
    say(jmespath.search(flags["query"], answer) if "query" in flags else answer, flags.get("output"))


def values(rest):
    """What stands before the next option."""
    found = []
    while rest and not rest[0].startswith("--"):
        found.append(rest.pop(0))
    return found


def value(kind, words):
    if kind.type_name == "list":
        return [one(kind.member, word) for word in words]
    if kind.type_name == "boolean":
        return words[:1] != ["false"]
    return one(kind, words[0])


def one(kind, word):
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
