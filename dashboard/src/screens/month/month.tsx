export function Month() {
  return null;
}
