"""Prints, as JSON, a template without what ministack cannot make; what that is goes to stderr.

    emulated.py TEMPLATE FUNCTIONS

FUNCTIONS is where the functions' folders are, instead of `../functions`. Nothing else is changed.
"""

import json
import sys

from cfnlint.decode import decode

# It refuses a template that has them.
UNKNOWN = ["AWS::SecretsManager::RotationSchedule", "AWS::Route53::HealthCheck"]

template, problems = decode(sys.argv[1])
if problems:
    sys.exit("\n".join(str(problem) for problem in problems))
resources = template["Resources"]
left_out = [
    name
    for name, resource in resources.items()
    # Alarms over several metrics are beyond it, too.
    if resource["Type"] in UNKNOWN or resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
]
for name in left_out:
    del resources[name]
    print(f"left out: {name}", file=sys.stderr)
for resource in resources.values():
    code = resource["Properties"].get("CodeUri")
    if code:
        resource["Properties"]["CodeUri"] = code.replace("../functions", sys.argv[2])
outputs = template["Outputs"]
template["Outputs"] = {name: output for name, output in outputs.items() if output["Value"].get("Ref") not in left_out}
dashboard = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
for name in left_out:
    dashboard[0] = dashboard[0].replace(f"${{{name}.Arn}}", f"{name}, left out")
json.dump(template, sys.stdout)
