// Writes a graph as the bytes of an ONNX ModelProto; the data of initialisers is copied once, straight into the result.
import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Attribute, Constant, DType, Graph, Node, Value } from "./graph.ts";
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  TensorProto_DataType as ElementType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./onnx_pb.ts";

/** IR version 10 and opset 23 are the newest that ONNX Runtime 1.30 and the op set used here agree on. */
const IR_VERSION = 10n;
const OPSET = 23n;
const MICROSOFT = "com.microsoft";

/** Field numbers of onnx.proto for the parts that are written by hand. */
const FIELD = { modelGraph: 7, graphInitializer: 5, tensorRawData: 9 } as const;

export const ELEMENT_TYPE: Readonly<Record<DType, ElementType>> = {
  float32: ElementType.FLOAT,
  float64: ElementType.DOUBLE,
  int64: ElementType.INT64,
  bool: ElementType.BOOL,
};

export function graphBytes(graph: Graph): Uint8Array<ArrayBuffer> {
  const used = usedNames(graph);
  const nodes = graph.nodes.filter((node) => used.has(node.result.name));
  const constants = graph.constants.filter((constant) => used.has(constant.value.name));
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    opsetImport: [
      { domain: "", version: OPSET },
      { domain: MICROSOFT, version: 1n },
    ],
    producerName: "secateur",
    graph: graphProto(graph, nodes),
  });
  // A protobuf message may come in pieces that a reader merges, so the initialisers follow the rest, each as a piece of its own.
  return concatenated([toBinary(ModelProtoSchema, model), ...constants.flatMap(initialiserPieces)]);
}

/** Names that an output needs, outputs among them. */
function usedNames(graph: Graph): Set<string> {
  const used = new Set<string>([...graph.outputs.values()].map((value) => value.name));
  for (const node of [...graph.nodes].reverse()) {
    if (used.has(node.result.name)) for (const input of node.inputs) used.add(input.name);
  }
  return used;
}

function graphProto(graph: Graph, nodes: readonly Node[]): GraphProto {
  // A node's result carries its output's name; further names, and outputs that are inputs or constants, take an Identity.
  const results = new Set(nodes.map((node) => node.result.name));
  const renamed = new Map<string, string>();
  const copies: NodeProto[] = [];
  for (const [name, value] of graph.outputs) {
    if (name === value.name) continue;
    if (results.has(value.name) && !renamed.has(value.name) && !graph.outputs.has(value.name))
      renamed.set(value.name, name);
    else copies.push(create(NodeProtoSchema, { opType: "Identity", name, input: [value.name], output: [name] }));
  }
  const rename = (name: string): string => renamed.get(name) ?? name;
  for (const copy of copies) copy.input = copy.input.map(rename);
  return create(GraphProtoSchema, {
    name: graph.name,
    node: [...nodes.map((node) => nodeProto(node, rename)), ...copies],
    input: graph.inputs.map((value) => valueInfo(value.name, value)),
    output: [...graph.outputs].map(([name, value]) => valueInfo(name, value)),
  });
}

/** What nodes give before the result that is taken. */
const UNUSED_RESULTS: Readonly<Record<string, readonly string[]>> = { TopK: ["values"] };

function nodeProto(node: Node, rename: (name: string) => string): NodeProto {
  return create(NodeProtoSchema, {
    opType: node.op,
    domain: node.domain,
    name: node.result.name,
    input: node.inputs.map((input) => rename(input.name)),
    output: [
      ...(UNUSED_RESULTS[node.op] ?? []).map((result) => `${node.result.name}_${result}`),
      rename(node.result.name),
    ],
    attribute: Object.entries(node.attributes).map(([name, attribute]) => attributeProto(name, attribute)),
  });
}

function attributeProto(name: string, attribute: Attribute) {
  if ("i" in attribute) return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(attribute.i) });
  if ("f" in attribute) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: attribute.f });
  if ("ints" in attribute) {
    return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: attribute.ints.map(BigInt) });
  }
  return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: new TextEncoder().encode(attribute.s) });
}

function valueInfo(name: string, value: Value): ValueInfoProto {
  const dim = value.shape.map((size) => ({
    value:
      typeof size === "number"
        ? { case: "dimValue" as const, value: BigInt(size) }
        : { case: "dimParam" as const, value: size },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: "tensorType", value: { elemType: ELEMENT_TYPE[value.dtype], shape: { dim } } } },
  });
}

/** ModelProto{graph: GraphProto{initializer: TensorProto{…, raw_data}}} as [header, data], the data a view. */
function initialiserPieces({ value, data }: Constant): Uint8Array[] {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const tensor = create(TensorProtoSchema, {
    name: value.name,
    dataType: ELEMENT_TYPE[value.dtype],
    dims: value.shape.map(BigInt),
  });
  const inner = concatenated([toBinary(TensorProtoSchema, tensor), fieldHeader(FIELD.tensorRawData, raw.length)]);
  const outer = concatenated([fieldHeader(FIELD.graphInitializer, inner.length + raw.length), inner]);
  return [fieldHeader(FIELD.modelGraph, outer.length + raw.length), outer, raw];
}

function fieldHeader(field: number, length: number): Uint8Array {
  return new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(length).finish();
}

function concatenated(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    result.set(piece, offset);
    offset += piece.length;
  }
  return result;
}
