// Preloaded into a process that is measured: in the place of each source that the demo does not use there is one of a line.

import { watchSources } from './unused-sources.ts';

watchSources((name) => {
  const words = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const type = JSON.stringify({ type: words, folder: name, schema: { type: 'object' } });
  return `export const ${words} = ${type};`;
});
