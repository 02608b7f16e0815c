/** All tools, and how the model is told of them. */
import * as z from 'zod';
import type { ToolDeclaration } from '../protocol/message.ts';
import { askUserTool } from './askUser.ts';
import { diagnosticsTool } from './diagnostics.ts';
import { editFileTool } from './editFile.ts';
import { findFilesTool } from './findFiles.ts';
import type { ToolKit } from './kit.ts';
import { listFilesTool } from './listFiles.ts';
import { readFileTool } from './readFile.ts';
import { recallTool } from './recall.ts';
import { runCommandTool } from './runCommand.ts';
import { searchTextTool } from './searchText.ts';
import type { Tool } from './tool.ts';
import { updatePlanTool } from './updatePlan.ts';
import { writeFileTool } from './writeFile.ts';

/** In the order the model is told of them. */
const makers: readonly ((kit: ToolKit) => Tool)[] = [
  readFileTool,
  writeFileTool,
  editFileTool,
  listFilesTool,
  findFilesTool,
  searchTextTool,
  runCommandTool,
  diagnosticsTool,
  updatePlanTool,
  askUserTool,
  recallTool,
];

export function createTools(kit: ToolKit): Tool[] {
  return makers.map(make => make(kit));
}

type JsonSchema = Record<string, unknown>;

/**
 * In the order of `tools`, the same bytes each time: the declarations open every request, and the backend's prefix
 * cache starts with them.
 */
export function declarations(
  tools: readonly Pick<Tool, 'name' | 'description' | 'input'>[],
): ToolDeclaration[] {
  return tools.map(tool => ({
    name: tool.name,
    description: tool.description.trim(),
    parameters: plainSchema(z.toJSONSchema(tool.input, { io: 'input' })),
  }));
}

/**
 * The part of JSON schema that Moonshot's flavour and the grammars of self-hosted backends share: every node has a
 * type, objects are closed, and limits (minimum, minItems, ...) stay with zod, which checks them anyway.
 */
function plainSchema(schema: JsonSchema): JsonSchema {
  const { type, description, enum: values } = schema;
  if (typeof type !== 'string') throw new Error(`a tool's input needs a type: ${JSON.stringify(schema)}`);
  const plain: JsonSchema = { type };
  if (description !== undefined) plain.description = description;
  if (values !== undefined) plain.enum = values;
  if (type === 'array') plain.items = plainSchema(schema.items as JsonSchema);
  if (type === 'object') {
    const properties = Object.entries(schema.properties as Record<string, JsonSchema>);
    plain.properties = Object.fromEntries(properties.map(([name, inner]) => [name, plainSchema(inner)]));
    plain.required = schema.required ?? [];
    plain.additionalProperties = false;
  }
  return plain;
}
