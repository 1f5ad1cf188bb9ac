import accounts from './accounts.json' with { type: 'json' }
import alerts from './alerts.json' with { type: 'json' }
import balances from './balances.json' with { type: 'json' }
import books from './books.json' with { type: 'json' }
import bots from './bots.json' with { type: 'json' }
import chart from './chart.json' with { type: 'json' }
import connections from './connections.json' with { type: 'json' }
import consolidated from './consolidated.json' with { type: 'json' }
import data from './data.json' with { type: 'json' }
import fills from './fills.json' with { type: 'json' }
import format from './format.json' with { type: 'json' }
import health from './health.json' with { type: 'json' }
import history from './history.json' with { type: 'json' }
import markets from './markets.json' with { type: 'json' }
import orders from './orders.json' with { type: 'json' }
import pnl from './pnl.json' with { type: 'json' }
import positions from './positions.json' with { type: 'json' }
import settings from './settings.json' with { type: 'json' }
import shell from './shell.json' with { type: 'json' }
import spreads from './spreads.json' with { type: 'json' }
import stores from './stores.json' with { type: 'json' }
import transfers from './transfers.json' with { type: 'json' }
import ui from './ui.json' with { type: 'json' }
import watchlists from './watchlists.json' with { type: 'json' }
import workspace from './workspace.json' with { type: 'json' }

export default {
  format,
  stores,
  ui,
  shell,
  settings,
  watchlists,
  workspace,
  markets,
  spreads,
  books,
  consolidated,
  chart,
  history,
  alerts,
  accounts,
  balances,
  orders,
  fills,
  positions,
  transfers,
  pnl,
  data,
  health,
  connections,
  bots,
}
