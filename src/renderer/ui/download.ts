/**
 * Hands the user a file made in the page. The browser saves it, Electron asks where; the page's policy needs no exception for it,
 * since a download is no request of the page.
 */
export function downloadText(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has begun to read by then; without this every file would stay in memory.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** `crossbook-balances-2026-11-21-140509.csv`, in this machine's zone. */
export function fileName(subject: string, extension: string, now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
  return `crossbook-${subject}-${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}.${extension}`
}
