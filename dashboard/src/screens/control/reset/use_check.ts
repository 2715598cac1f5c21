/** Asks whether a receipt, and each of its later counts, was signed as it says. */
import { useState } from "preact/hooks";
import type { Receipt as ReceiptDocument } from "../../../api/documents";
import { useHome } from "../../../home";
import { sentence } from "../../../parts/failure";
import type { Proof } from "./use_erasures";
import { words } from "./words";

export function useCheck(document: typeof ReceiptDocument, receipt: Proof) {
  const { ask } = useHome();
  const [told, tell] = useState("");
  const [checking, setChecking] = useState(false);
  const check = async () => {
    setChecking(true);
    try {
      const parts = [receipt, ...receipt.checks];
      const answers = await Promise.all(
        parts.map(({ statement, signature, keyId }) => ask(document, { statement, signature, keyId })),
      );
      const results = answers.map((each) => (each === "unchanged" ? "INVALID" : each.data.verifyReceipt));
      const worst = results.find((each) => each !== "VALID") ?? "VALID";
      tell(words.proof.checked[worst]);
    } catch (failure) {
      tell(sentence(failure as Error));
    }
    setChecking(false);
  };
  return { told, checking, check };
}
