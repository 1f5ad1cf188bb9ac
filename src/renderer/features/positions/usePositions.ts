import { useMemo } from 'react'
import { type Position, positionKey } from '../../../shared/domain/index.ts'
import type { History } from '../../stores/history.ts'
import { createListStore, type List, wholeList } from '../../stores/list.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { useHistory } from '../../ui/useHistory.ts'

const order = (a: Position, b: Position) => (positionKey(a) < positionKey(b) ? -1 : 1)

/** Open positions, and those that closed since the hub started: the shared list drops them at once. */
export function usePositions(): List<Position> {
  const { api } = useStores()
  const history = useMemo((): History<Position> => {
    const readPage = async () => wholeList(await api.call('positions.list', {}))
    const store = createListStore<Position>({ read: readPage, keyOf: positionKey, compare: order })
    const follow = () => api.on('positions.update', (positions) => store.getState().change(positions))
    return { store, readPage, follow }
  }, [api])
  return useHistory(history)
}
