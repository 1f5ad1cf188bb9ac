import { useState } from 'react'
import { useStore } from 'zustand'
import { textsOf } from '../../i18n.ts'
import { useScreenKeys } from '../../ui/keys.ts'
import { Unread } from '../../ui/Loaded.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useOnLink } from '../../ui/useOnLink.ts'
import { ApiPanel } from './ApiPanel.tsx'
import { ConnectPanel } from './ConnectPanel.tsx'
import { CreateTokenDialog } from './CreateTokenDialog.tsx'
import { RedisPanel } from './RedisPanel.tsx'
import { TokensPanel } from './TokensPanel.tsx'

const t = textsOf('bots')

/** The doors that the trader's bots and tools come through: the local API with its tokens, and the Redis bridge. */
export function BotsScreen() {
  const { bots, settings: settingsStore } = useStores()
  const { settings, problem, load } = useStore(settingsStore)
  const [isCreating, setCreating] = useState(false)
  useOnLink(() => void bots.getState().load())
  useScreenKeys([['n', () => setCreating(true)]])
  return (
    <section aria-label={t('title')} className="relative h-full overflow-y-auto" data-testid="screen-bots">
      {settings === null ? (
        <Unread what={t('settings')} problem={problem} retry={() => void load()} />
      ) : (
        <div className="grid grid-cols-2 items-start gap-3 p-3">
          <div className="flex min-w-0 flex-col gap-3">
            <ApiPanel gateway={settings.gateway} />
            <TokensPanel onCreate={() => setCreating(true)} />
            <ConnectPanel settings={settings} />
          </div>
          <div className="flex min-w-0 flex-col gap-3">
            <RedisPanel redis={settings.redis} />
          </div>
        </div>
      )}
      {isCreating && <CreateTokenDialog onClose={() => setCreating(false)} />}
    </section>
  )
}
