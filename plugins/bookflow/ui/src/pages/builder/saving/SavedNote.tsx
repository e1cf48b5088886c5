import { Link as ChakraLink } from "@chakra-ui/react";
import { Link } from "react-router-dom";

import { airflow, paths } from "../../../app/paths";
import { Notice } from "../../../states/Notice";
import { changeDraft } from "../draft/drafts";
import { savedInWords } from "./useSave";

interface Props {
  id: string;
  commit: string | null;
  isActive: boolean;
}

/** Says that it was saved, and where to see that it runs; until the next change. */
export function SavedNote({ id, commit, isActive }: Props) {
  return (
    <Notice
      kind="success"
      onClose={() => {
        changeDraft(id, (draft) => ({ ...draft, saved: undefined }));
      }}
    >
      {savedInWords({ commit, is_active: isActive })} See it as a{" "}
      <ChakraLink asChild variant="underline">
        <Link to={airflow.dag(`bookflow-${id}`)}>DAG in Airflow</Link>
      </ChakraLink>
      , or{" "}
      <ChakraLink asChild variant="underline">
        <Link to={paths.test(id)}>test it</Link>
      </ChakraLink>
      .
    </Notice>
  );
}
