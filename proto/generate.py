"""Generate ``router/v1`` from the contract in ``proto/router/v1``.

The contract imports ``buf/validate/validate.proto``, as every protovalidate user's does. The Python package
must not ship a top-level ``buf`` package of its own, so the generated code is made from descriptors whose
import of that file has been taken out. The rules themselves stay in the descriptors as options, which is where
the validator reads them.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2
from protovalidate._gen.buf.validate import validate_pb

PROTO_ROOT = Path(__file__).resolve().parent
VALIDATE = "buf/validate/validate.proto"


def _protoc(*arguments: str) -> None:
    import grpc_tools

    well_known = Path(grpc_tools.__file__).parent / "_proto"
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{well_known}", *arguments]
    subprocess.run(command, check=True)


def build_image(image: Path) -> descriptor_pb2.FileDescriptorSet:
    """Compile the contract with its comments and imports into a descriptor set at ``image``, and return it."""
    with tempfile.TemporaryDirectory() as folder:
        # protoc reads dependencies from a source tree; the validator carries its own as a descriptor only.
        source = Path(folder) / "validate.binpb"
        _write_validate_descriptor(source)
        files = sorted(str(p.relative_to(PROTO_ROOT)) for p in PROTO_ROOT.glob("router/**/*.proto"))
        _protoc(
            f"-I{PROTO_ROOT}",
            f"--descriptor_set_in={source}",
            "--include_imports",
            "--include_source_info",
            f"--descriptor_set_out={image}",
            *files,
        )
    return descriptor_pb2.FileDescriptorSet.FromString(image.read_bytes())


def _write_validate_descriptor(target: Path) -> None:
    files = descriptor_pb2.FileDescriptorSet()
    from google.protobuf import duration_pb2, field_mask_pb2, timestamp_pb2

    for module in (descriptor_pb2, duration_pb2, field_mask_pb2, timestamp_pb2):
        module.DESCRIPTOR.CopyToProto(files.file.add())
    files.file.append(descriptor_pb2.FileDescriptorProto.FromString(validate_pb._DESC.proto.to_binary()))
    target.write_bytes(files.SerializeToString())


def generate(output: Path) -> None:
    """Write the Python modules of the contract below ``output``."""
    with tempfile.TemporaryDirectory() as folder:
        image = build_image(Path(folder) / "image.binpb")
        kept = descriptor_pb2.FileDescriptorSet()
        ours = []
        for file in image.file:
            if file.name == VALIDATE:
                continue
            if file.name.startswith("router/"):
                ours.append(file.name)
                remaining = [name for name in file.dependency if name != VALIDATE]
                del file.dependency[:]
                file.dependency.extend(remaining)
            kept.file.append(file)
        stripped = Path(folder) / "stripped.binpb"
        stripped.write_bytes(kept.SerializeToString())
        _protoc(
            f"--descriptor_set_in={stripped}",
            f"--python_out={output}",
            f"--pyi_out={output}",
            f"--grpc_python_out={output}",
            *ours,
        )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["image", target]:
            build_image(Path(target))
        case []:
            generate(PROTO_ROOT.parent)
        case _:
            sys.exit("usage: generate.py [image FILE]")
