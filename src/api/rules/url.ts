// api: what is wrong with a URL in a policy.

/** Never repeats the URL: it may hold a secret. */
export function urlComplaint(url: string): string | undefined {
  if (!URL.canParse(url)) return 'is not a URL such as http://marathon.example:8080';
  const { protocol, username, password, search, hash } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return 'is not an http or https URL';
  if (username !== '' || password !== '') {
    return 'holds credentials: remove them from the URL and give them by reference';
  }
  if (search !== '' || hash !== '') return 'has a query or a fragment: give only host, port and path';
  return undefined;
}
