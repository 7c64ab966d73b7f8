// cli: `microscaling token create|list|revoke [NAME]`.

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { OptionValues } from '../../../app/options.ts';
import { systemClock } from '../../../runtime/clock.ts';
import type { DocumentStore } from '../../../runtime/document-store.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { openDocumentStore } from '../../../runtime/sqlite/documents.ts';
import { createToken, listTokens, type Role, revokeToken } from '../../../server/access/tokens.ts';
import type { CommandContext } from '../../command.ts';
import { jsonText } from '../../output/json.ts';
import { age, table } from '../../output/table.ts';

const DEFAULT_NAME = 'default';

type Verb = (documents: DocumentStore, options: OptionValues, context: CommandContext) => void;

const VERBS: Readonly<Record<string, Verb>> = { create, list, revoke };

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const [word = ''] = context.arguments;
  const verb = Object.hasOwn(VERBS, word) ? VERBS[word] : undefined;
  if (verb === undefined) throw new TerminalError(`token ${word}: say create, list or revoke`);
  const { data } = options;
  if (data === undefined)
    throw new TerminalError('tokens are kept in the store: name it with --data DIR, as for microscaling run');
  if (verb !== create && !existsSync(join(data, 'microscaling.db')))
    throw new TerminalError(`there is no store in ${data}, so there are no tokens; token create makes one`);
  const documents = openDocumentStore(data);
  try {
    verb(documents, options, context);
    return 0;
  } finally {
    documents.close();
  }
}

/** The token alone goes to standard output, so that it can be kept in a file or a variable. */
function create(documents: DocumentStore, { role = 'read' }: OptionValues, context: CommandContext): void {
  const name = context.arguments[1] ?? DEFAULT_NAME;
  const nowMs = systemClock.now();
  const token = createToken(documents, { name, role: role as Role, nowMs, randomBytes });
  context.note(`token ${name} may ${role === 'write' ? 'read and write' : 'read'}; it is shown this once:`);
  context.print(token);
}

function list(documents: DocumentStore, { output }: OptionValues, context: CommandContext): void {
  const tokens = listTokens(documents);
  if (output === 'json') context.print(jsonText(tokens));
  else if (tokens.length === 0) context.print('no tokens');
  else {
    const nowMs = systemClock.now();
    const rows = tokens.map(({ name, role, createdAt }) => [name, role, age(Date.parse(createdAt), nowMs)]);
    context.print(table(['NAME', 'ROLE', 'AGE'], rows));
  }
}

function revoke(documents: DocumentStore, _options: OptionValues, context: CommandContext): void {
  const [, name] = context.arguments;
  if (name === undefined) throw new TerminalError('token revoke: name the token; token list shows the names');
  revokeToken(documents, name);
  context.print(`token ${name} is revoked`);
}
