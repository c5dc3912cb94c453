"""Prints, as JSON, what CloudFormation would be given: the SAM template decoded and transformed.

cfn-lint no longer transforms a SAM template itself, so the serverless rules would find no function
in it; and what SAM adds unasked (a role, an API) is only to be seen here.
"""

import json
import sys

from cfnlint.decode import decode
from samtranslator.translator.transform import transform

template, problems = decode(sys.argv[1])
if problems:
    sys.exit("\n".join(str(problem) for problem in problems))
for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::Function":
        # What `sam package` would put there.
        resource["Properties"]["CodeUri"] = "s3://bucket/key"
# No managed policies to look up by name, which would take an AWS account: roles are written out.
json.dump(transform(template, {"RegionLabel": "eu"}, None), sys.stdout, indent=1)
