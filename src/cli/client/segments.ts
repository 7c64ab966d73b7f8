// cli: the record of a running operator, read as if it were on this machine.

import { API_VERSION } from '../../api/policy.ts';
import { linesOf, segmentNamed } from '../../recorder/files/segment-files.ts';
import { RecordReader } from '../../recorder/read/record-reader.ts';
import type { OperatorClient } from './operator-client.ts';

const SEGMENTS = `/apis/${API_VERSION}/past/segments`;

interface Listed {
  readonly items: readonly { readonly name: string }[];
}

export function readerOf(client: OperatorClient, signal: AbortSignal): RecordReader {
  return new RecordReader({
    list: async () => {
      const { items } = (await client.get(SEGMENTS, signal)) as Listed;
      return items.flatMap(({ name }) => segmentNamed(name, '') ?? []);
    },
    async *lines({ path }) {
      const { bytes, type } = await client.bytes(`${SEGMENTS}/${encodeURIComponent(path)}`, signal);
      yield* linesOf({ bytes, isPacked: type.endsWith('+br') });
    },
  });
}
