// cli: the record of a running operator, read as if it were on this machine.

import { API_VERSION } from '../../api/policy.ts';
import { type Packing, piecesOf, segmentNamed } from '../../recorder/files/segment-files.ts';
import { RecordReader } from '../../recorder/read/record-reader.ts';
import { type OperatorClient, OperatorRefusal } from './operator-client.ts';

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
    async *pieces({ path }, wants) {
      const asked = client.bytes(`${SEGMENTS}/${encodeURIComponent(path)}`, signal);
      const { bytes, type } = await asked.catch((error: unknown) => {
        if (error instanceof OperatorRefusal && error.code === 404)
          throw new Error('it is not there any more');
        throw error;
      });
      yield* piecesOf({ bytes, packing: packingOf(type) }, wants);
    },
  });
}

function packingOf(type: string): Packing {
  if (type.endsWith('+parts')) return 'parts';
  return type.endsWith('+br') ? 'whole' : 'plain';
}
