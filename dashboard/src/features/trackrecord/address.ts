/** Where a published record is seen by anybody. */

/** The record's path in full, as it is given to others. */
export function fullAddress(path: string): string {
  return `${window.location.origin}${path}`;
}

/** The slug that a path names; null for a path of the dashboard. */
export function slugOf(path: string): string | null {
  const found = /^\/r\/([^/]+)\/?$/.exec(path)?.[1];
  if (found === undefined) return null;
  try {
    return decodeURIComponent(found);
  } catch {
    return found;
  }
}
