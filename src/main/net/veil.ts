/**
 * What could be a key, a token or a signature in what an exchange answered to the holder of a key: a run of sixteen or more letters and
 * digits that has both. Some tell an account its own key. Long numbers (ids) and long words stay.
 */
const longRun = /[A-Za-z0-9_+-]{16,}=*/g

export const veiled = (text: string): string =>
  text.replace(longRun, (run) => (/\d/.test(run) && /[A-Za-z]/.test(run) ? '…' : run))
