/**
 * The text of Fn::Sub: literal pieces and names. `${!Literal}` stands for `${Literal}`; a name is a
 * parameter, a pseudo parameter, a logical id, `LogicalId.Attribute`, or a key of the variable map.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html
 */
import { type Place, shown, TemplateError } from './problem.ts';

export type SubstitutionPiece =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string };

export function parseSubstitution(text: string, place: Place): readonly SubstitutionPiece[] {
  const pieces: SubstitutionPiece[] = [];
  let end = 0;
  const literal = (piece: string): void => {
    if (piece !== '') pieces.push({ kind: 'literal', text: piece });
  };
  for (const match of text.matchAll(/\$\{(!?)([^}]*)\}/g)) {
    literal(text.slice(end, match.index));
    end = match.index + match[0].length;
    const name = match[2] ?? '';
    if (match[1] === '!') literal(`\${${name}}`);
    else if (/^[A-Za-z0-9_.:]+$/.test(name.trim())) pieces.push({ kind: 'name', name: name.trim() });
    else
      throw new TemplateError(
        place,
        `a name in Fn::Sub has letters, digits, _, . and : only, found ${shown(name)}`,
      );
  }
  literal(text.slice(end));
  return pieces;
}

/** `Cluster.Endpoint.Address` → Cluster, Endpoint.Address. Without a dot there is no attribute. */
export function splitAttribute(name: string): { readonly logicalId: string; readonly attribute?: string } {
  const dot = name.indexOf('.');
  return dot < 0 ? { logicalId: name } : { logicalId: name.slice(0, dot), attribute: name.slice(dot + 1) };
}
