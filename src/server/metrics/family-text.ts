// server: Prometheus' text format, of one family of samples.

import type { GaugeSample } from './gauges.ts';

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
}

/** The lines of a family, the last one ended. */
export function familyText({ name, help, type }: Family, samples: readonly GaugeSample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${valueText(value)}\n`);
  return `# HELP ${name} ${escaped(help, HELP_MARKS)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

const HELP_MARKS = /[\\\n]/g;
const LABEL_MARKS = /[\\\n"]/g;
const MARKS: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };

function escaped(text: string, marks: RegExp): string {
  return text.replace(marks, (mark) => MARKS[mark] ?? mark);
}

function labelText(labels: GaugeSample[0]): string {
  let text = '';
  for (const name in labels)
    text += `${text === '' ? '{' : ','}${name}="${escaped(labels[name] ?? '', LABEL_MARKS)}"`;
  return text === '' ? '' : `${text}}`;
}

function valueText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return `${value}`;
}
