/** Custom fields of one brand. */
import type { Brand } from "@dossier/api";
import { useState } from "react";
import { FieldList, NewField, type Open } from "../fields/field-list.tsx";
import { BrandFrame } from "./brand-frame.tsx";

export function FieldsTab({ brand }: { brand: Brand }) {
  const [open, setOpen] = useState<Open>();
  return (
    <BrandFrame brand={brand} tab="fields" tools={<NewField onOpen={setOpen} />}>
      <div className="tab-body">
        <FieldList brandId={brand.id} brands={[brand]} open={open} onOpen={setOpen} />
      </div>
    </BrandFrame>
  );
}
