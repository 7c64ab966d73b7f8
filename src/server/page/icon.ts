// server: the page's icon with the number of policies that fail, for tabs that nobody looks at.

const NAME = /^([1-9]\d{0,5})\.svg$/;
const MOST = 99;

/** The SVG of `N.svg`; undefined for any other name. */
export function badgedIcon(name: string): string | undefined {
  const count = Number(NAME.exec(name)?.[1]);
  if (Number.isNaN(count)) return undefined;
  const text = count > MOST ? `${MOST}+` : String(count);
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">',
    '<rect x="2" y="2" width="13" height="13" rx="3" fill="#0072b2"/>',
    '<rect x="2" y="17" width="13" height="13" rx="3" fill="#0072b2"/>',
    '<rect x="17" y="2" width="13" height="13" rx="3" fill="#0072b2"/>',
    '<circle cx="20" cy="20" r="12" fill="#b84300"/>',
    `<text x="20" y="25" font-family="sans-serif" font-weight="bold" font-size="${text.length > 2 ? 11 : 15}"`,
    ` text-anchor="middle" fill="#ffffff">${text}</text>`,
    '</svg>',
  ].join('');
}
