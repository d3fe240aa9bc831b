static_assert(false, "refused as well");
