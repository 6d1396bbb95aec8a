"""Compiles Velum's MLIR modules with Concrete's compiler, runs them encrypted and records the results.

Usage, with concrete-python 2.10.0 installed, after `npm run build`:
  node oracles/concrete/print-modules.mjs [GROUP] > modules.json
  python oracles/concrete/accept.py modules.json [GROUP]
Writes test/fixtures/concrete/accepted.json or accepted-GROUP.json. Takes some minutes: every program makes its own keys.
"""
import gzip
import json
import sys
from importlib.metadata import version

import numpy as np
from concrete import fhe
from concrete.fhe.compilation.client import Client
from concrete.fhe.compilation.server import Server
from interpret import fixture, value_of


def as_list(value):
    return value.tolist() if isinstance(value, np.ndarray) else int(value)


PACKED = sys.argv[2:] in (["unseen"], ["written"])
path = fixture("accepted", 2)
path = path.with_suffix(".json.gz") if PACKED else path


def write():
    text = (
        json.dumps(
            {
                "about": "Velum's modules as compiled and run encrypted by Concrete; made by oracles/concrete/accept.py",
                "concretePython": version("concrete-python"),
                "programs": accepted,
            },
            indent=1,
        )
        + "\n"
    )
    if PACKED:
        path.write_bytes(gzip.compress(text.encode(), mtime=0))
    else:
        path.write_text(text)


known = {}
if path.exists():
    text = gzip.decompress(path.read_bytes()) if PACKED else path.read_bytes()
    known = json.loads(text)["programs"]
modules = json.load(open(sys.argv[1]))
# Modules that did not change since were run already.
accepted = {name: run for name, run in known.items() if modules.get(name, {}).get("mlir") == run["mlir"]}
for name, module in modules.items():
    if name in accepted:
        continue
    try:
        server = Server.create(module["mlir"], fhe.Configuration(p_error=2.0**-40))
    except RuntimeError as error:
        print("refused", name, str(error)[:500], flush=True)
        continue
    client = Client(server.client_specs)
    client.keygen()
    runs = []
    for sample in module["inputset"]:
        inputs = client.encrypt(*[value_of(value) for value in sample], function_name=name)
        inputs = inputs if isinstance(inputs, tuple) else (inputs,)
        outputs = server.run(*inputs, evaluation_keys=client.evaluation_keys, function_name=name)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        values = client.decrypt(*outputs, function_name=name)
        values = values if isinstance(values, tuple) else (values,)
        runs.append({"inputs": sample, "outputs": [as_list(np.array(v)) for v in values]})
    server.cleanup()
    accepted[name] = {"mlir": module["mlir"], "runs": runs}
    write()
    print("accepted", name, [run["outputs"] for run in runs], flush=True)

write()
