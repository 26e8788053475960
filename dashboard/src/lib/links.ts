/** Only what a browser opens without running it. */
export function isWebAddress(link: string): boolean {
  return /^https?:\/\//i.test(link);
}
