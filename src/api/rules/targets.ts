// api: the rules of an app's targets together: their names, the formula over them, the bounds of each.

import type { AppSpec, TargetSpec } from '../policy.ts';
import { parseFormula } from '../reading/formula/parse.ts';
import type { FormulaMistake } from '../reading/formula/term.ts';
import { error, type Finding, warning } from '../validation/finding.ts';
import { below, showPath } from '../validation/pointer.ts';
import type { RuleContext } from './context.ts';
import { type Partly, present } from './partly.ts';

type App = Partly<AppSpec>;

/** @param pointer the app's own */
export function checkTargets(app: App, pointer: string, context: RuleContext): readonly Finding[] {
  return [
    ...checkNames(app, pointer),
    ...checkFormula(app, pointer, context),
    ...present(app.targets).flatMap(([target, i]) =>
      checkBounds(app, target, below(pointer, 'targets', i), context),
    ),
  ];
}

function checkNames({ targets }: App, pointer: string): readonly Finding[] {
  const byName = new Map<string, number>();
  return present(targets).flatMap(([{ name }, i]) => {
    if (name === undefined) return [];
    const earlier = byName.get(name);
    if (earlier === undefined) {
      byName.set(name, i);
      return [];
    }
    const taken = showPath(below(pointer, 'targets', earlier));
    return [error(below(pointer, 'targets', i, 'name'), `the name ${name} is taken by ${taken} already`)];
  });
}

function checkFormula({ formula, targets }: App, pointer: string, context: RuleContext): readonly Finding[] {
  if (formula === undefined || targets === undefined) return [];
  const place = below(pointer, 'formula');
  const dashed = present(targets).flatMap(([{ name }, i]) => {
    if (name?.includes('-') !== true) return [];
    const at = below(pointer, 'targets', i, 'name');
    const better = name.replaceAll('-', '_');
    return [error(at, `${showPath(at)}: in a formula - is a minus; call it ${better}`)];
  });
  if (dashed.length > 0) return dashed;
  const parsed = parseFormula(
    formula,
    targets.map((target) => target?.name),
  );
  if ('mistake' in parsed) {
    // A name that was refused is no reason to refuse the formula too.
    const refused = targets.some((_, i) => context.refused(below(pointer, 'targets', i, 'name')));
    return refused ? [] : [error(place, `${showPath(place)}: ${mistakeText(formula, parsed.mistake)}`)];
  }
  return present(targets).flatMap(([{ name }, i]) => {
    if (parsed.formula.text.includes(i)) return [];
    const at = below(pointer, 'targets', i);
    return [
      name === undefined
        ? error(at, `${showPath(at)} needs a name: ${showPath(place)} cannot count it otherwise`)
        : warning(at, `${showPath(place)} does not name ${name}: ${showPath(at)} asks for nothing`),
    ];
  });
}

/** What is shown of a formula from the place of a mistake on. */
const SHOWN = 24;

function mistakeText(formula: string, { message, at }: FormulaMistake): string {
  const before = formula.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  const where = formula.trimEnd().includes('\n') ? `line ${line}, column ${column}` : `column ${column}`;
  const [rest = ''] = formula.slice(at).split('\n');
  const seen = rest.length > SHOWN ? `${rest.slice(0, SHOWN)}…` : rest;
  return `${message} (${seen === '' ? `${where}, at the end` : `${where}: ${seen}`})`;
}

function checkBounds(
  { instances }: App,
  { max, activateAt }: Partly<TargetSpec>,
  pointer: string,
  context: RuleContext,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (max !== undefined && instances?.max !== undefined && max > instances.max) {
    const place = below(pointer, 'max');
    const message = `${showPath(place)} ${max} has no effect: instances.max is ${instances.max}`;
    findings.push(warning(place, message));
  }
  const place = below(pointer, 'activateAt');
  if (activateAt !== undefined && context.given(place) && (instances?.min ?? 0) > 0) {
    const message = `${showPath(place)} has no effect: with instances.min ${instances?.min} there is always an instance`;
    findings.push(warning(place, message));
  }
  return findings;
}
