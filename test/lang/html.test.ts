// Text in HTML.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeHtml } from '../../src/lang/html.ts';

const BACK: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

it('leaves nothing that begins or ends a tag or an attribute, and loses nothing', () => {
  const text = fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'lt;', '#39;', 'a', ' ') });
  fc.assert(
    fc.property(text, (given) => {
      const escaped = escapeHtml(given);
      expect(escaped).not.toMatch(/[<>"']/);
      expect(escaped.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => BACK[entity] ?? '')).toBe(given);
    }),
  );
});
