/**
 * Where files of raw frames lie: named objects written once and whole. What is behind it is a folder today; anything with names and bytes
 * serves.
 */
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { codeOf } from '../errors.ts'

export interface StoredFile {
  /** `binance/spot-1/2026/11/21/1304-7f3a9c.ndjson.zst` */
  readonly key: string
  readonly bytes: number
}

export interface RawStore {
  /** Replaces what has that name. Rejects with the system's error; then nothing of it is there. */
  put(key: string, content: Uint8Array): Promise<void>
  get(key: string): Promise<Uint8Array>
  /** Everything whose key begins so, in the order of keys. */
  list(prefix: string): Promise<readonly StoredFile[]>
  /** What is not there counts as removed. */
  remove(key: string): Promise<void>
}

/** Keys as paths below a folder of this machine. */
export class LocalRawStore implements RawStore {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  async put(key: string, content: Uint8Array): Promise<void> {
    const file = this.pathOf(key)
    await mkdir(dirname(file), { recursive: true })
    const next = `${file}.new`
    try {
      const handle = await open(next, 'w', 0o600)
      try {
        await handle.writeFile(content)
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(next, file)
    } catch (error) {
      await rm(next, { force: true })
      throw error
    }
  }

  get(key: string): Promise<Uint8Array> {
    return readFile(this.pathOf(key))
  }

  async list(prefix: string): Promise<readonly StoredFile[]> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
    let names: string[]
    try {
      names = await readdir(join(this.folder, folder), { recursive: true })
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    }
    const keys = names
      .map((name) => folder + name.split(sep).join('/'))
      .filter((key) => key.startsWith(prefix) && key.endsWith('.zst'))
      .sort()
    const files: StoredFile[] = []
    for (const key of keys) {
      const found = await stat(this.pathOf(key)).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return null
        throw error
      })
      if (found?.isFile()) files.push({ key, bytes: found.size })
    }
    return files
  }

  /** Folders that it leaves empty go too. */
  async remove(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true })
    for (let folder = dirname(key); folder !== '.'; folder = dirname(folder)) {
      try {
        await rmdir(this.pathOf(folder))
      } catch (error) {
        if (codeOf(error) === 'ENOENT') continue
        // Not empty: so are those above it.
        return
      }
    }
  }

  private pathOf(key: string): string {
    return join(this.folder, ...key.split('/'))
  }
}
