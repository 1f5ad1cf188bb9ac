/** Another program in the midst of a transaction: `node locking-process.ts FILE MS`; says so to its parent once it holds the lock. */
import { setTimeout as delay } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'

const [file = '', ms = '0'] = process.argv.slice(2)
const database = new Sqlite(file, { timeout: 30_000 })
database.exec('BEGIN EXCLUSIVE')
process.send?.('locked')
await delay(Number(ms))
database.exec('ROLLBACK')
database.close()
process.disconnect()
