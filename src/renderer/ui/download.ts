import { formatClock, formatDay } from '../format/time.ts'

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

/** `crossbook-balances-2026-11-21-140509.csv`, in the zone in force. */
export function fileName(subject: string, extension: string, now: Date): string {
  const at = now.getTime()
  return `crossbook-${subject}-${formatDay(at)}-${formatClock(at).replaceAll(':', '')}.${extension}`
}
