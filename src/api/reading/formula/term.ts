// api: what a formula is made of once it is read: numbers of instances, and what is true of them.

export type ArithmeticOperator = '+' | '-' | '*' | '/';
export type ComparisonOperator = '<' | '<=' | '>' | '>=' | '==' | '!=';
export type FormulaFunction = 'max' | 'min' | 'ceil' | 'floor';

/** Of two; several arguments of `max` and `min` are read one after the other. */
export type NumberTerm =
  | { readonly kind: 'number'; readonly value: number }
  /** The count that a target wants, by its place among the app's targets. */
  | { readonly kind: 'target'; readonly index: number }
  | { readonly kind: 'negative'; readonly of: NumberTerm }
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: NumberTerm;
      readonly right: NumberTerm;
    }
  | {
      readonly kind: 'choice';
      readonly when: TruthTerm;
      readonly yes: NumberTerm;
      readonly no: NumberTerm;
    }
  | { readonly kind: 'call'; readonly name: FormulaFunction; readonly args: readonly NumberTerm[] };

export type TruthTerm =
  | { readonly kind: 'truth'; readonly value: boolean }
  /** A count in the place of a truth: whether any is wanted. */
  | { readonly kind: 'some'; readonly of: NumberTerm }
  | { readonly kind: 'not'; readonly of: TruthTerm }
  | { readonly kind: 'and' | 'or'; readonly left: TruthTerm; readonly right: TruthTerm }
  | {
      readonly kind: 'comparison';
      readonly operator: ComparisonOperator;
      readonly left: NumberTerm;
      readonly right: NumberTerm;
    };

export interface Formula {
  readonly term: NumberTerm;
  /** The formula in one line, its targets by their place among the app's: `['max(', 0, ', ', 1, ' * 0.5)']`. */
  readonly text: readonly (string | number)[];
}

/** Why a text is no formula, and where in it. */
export interface FormulaMistake {
  readonly message: string;
  /** How many characters come before. */
  readonly at: number;
}
