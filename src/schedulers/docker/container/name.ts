// schedulers/docker: names of containers, as people see them in `docker ps`.

const MOST_CHARACTERS = 100;

/** `/shop/batch` → `shop-batch-3f9a1c`, with six hexadecimal digits from `random`. */
export function containerName(app: string, random: () => number): string {
  const readable = app
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, MOST_CHARACTERS);
  const suffix = Math.floor(random() * 0x1000000)
    .toString(16)
    .padStart(6, '0');
  return `${readable || 'app'}-${suffix}`;
}
