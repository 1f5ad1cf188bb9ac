/** Small files that are replaced whole, and the disk that they lie on. */
import { renameSync, statfsSync, statSync, writeFileSync } from 'node:fs'

/** For this user's eyes only. Whatever happens, the file holds either what it held or the new. Throws the system's error. */
export function replaceFile(file: string, content: string | Uint8Array): void {
  const next = `${file}.new`
  writeFileSync(next, content, { mode: 0o600, flush: true })
  renameSync(next, file)
}

/** 0 where there is no such file. */
export const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** What this user may still write to the disk of the folder. Throws the system's error; some network file systems cannot tell. */
export function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** `4.9 GB`, `0.3 MB`: powers of 1,000, as file managers count. */
export function sizeText(bytes: number): string {
  if (bytes >= 1e12) return `${(bytes / 1e12).toFixed(1)} TB`
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`
}
