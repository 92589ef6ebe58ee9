"""A data.gouv.fr record (udata) turned into a dataset or a service of ours. Pure."""

from ckanext.territoires.udata.dataset import MappedDataset, map_dataset
from ckanext.territoires.udata.organization import MappedOrganization, map_organization
from ckanext.territoires.udata.records import UnreadableRecords, read_records
from ckanext.territoires.udata.remarks import Reason, Remark

__all__ = [
    "MappedDataset",
    "MappedOrganization",
    "Reason",
    "Remark",
    "UnreadableRecords",
    "map_dataset",
    "map_organization",
    "read_records",
]
