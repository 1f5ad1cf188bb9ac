export function AddAccountDialog() {
  return null
}
